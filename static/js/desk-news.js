// An open desk asks every few seconds what others did, while somebody looks at it.
const EVERY = 3_000;

const ask = () => {
  const link = document.querySelector("#news a");
  if (link && !document.hidden) htmx.trigger(link, "news");
};

setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
