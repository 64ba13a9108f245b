// What others post waits out of sight until the reader asks for it, so that nothing on the page moves by itself.
const ADDING = new Set(["afterbegin", "beforeend", "afterend"]);

// Where the comment is that this page has just posted, if it is not on the page itself.
const isOwn = (id) => document.querySelector(`#announcer a[href$="/comments/${id.replace(/\D+/, "")}"]`);

// One's own comment comes back on the stream: what the page has already, or tells of, is not put in twice.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (ctx.sourceElement?.id !== "live") return;
  for (let i = tasks.length - 1; i >= 0; i--) {
    const id = tasks[i].fragment.firstElementChild?.id;
    if (ADDING.has(tasks[i].swapSpec.style) && id && (document.getElementById(id) || isOwn(id))) tasks.splice(i, 1);
  }
});

function tellArrivals() {
  const arrivals = document.getElementById("arrivals");
  const place = document.getElementById("new-arrivals");
  if (!arrivals) return;
  const count = arrivals.childElementCount;
  const told = place.querySelector("[data-show]");
  if (!count) {
    told?.remove();
    return;
  }
  const link = told ?? document.createElement("a");
  const text = count === 1 ? "Show 1 new comment" : `Show ${count} new comments`;
  if (link.textContent !== text) link.textContent = text;
  if (told) return;
  link.className = "button quiet small";
  link.dataset.show = "";
  link.href = document.getElementById("thread").dataset.newest;
  place.replaceChildren(link);
}

document.addEventListener("htmx:after:swap", tellArrivals);

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-show]")) return;
  const thread = document.getElementById("thread");
  if (thread.dataset.place !== "newest") return;
  event.preventDefault();
  const groups = [...document.getElementById("arrivals").children];
  for (const group of groups) thread.prepend(group);
  const first = groups.at(-1)?.querySelector(".comment");
  first?.setAttribute("tabindex", "-1");
  first?.focus();
  tellArrivals();
});
