// On the desk: a decided card turns grey in its place, and the next one that waits takes the focus.
const cards = () => [...document.querySelectorAll("#queue .desk-card")];

function nextAfter(id) {
  const all = cards();
  const here = all.findIndex((card) => card.id === id);
  return all.slice(here + 1).find((card) => !("decided" in card.dataset)) ?? all[here];
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const acted = ctx.sourceElement?.closest?.(".desk-card");
  if (!acted || ctx.request?.method !== "POST") return;
  const now = document.getElementById(acted.id);
  if (!now) return;
  // What was refused or taken back waits here again.
  (("decided" in now.dataset) ? nextAfter(now.id) : now).focus();
});
