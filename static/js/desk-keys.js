// The desk by keyboard: each key presses what the card in focus has for it. Never while somebody types.
const OFF = "keys off";

const cards = () => [...document.querySelectorAll("#queue .desk-card")];
const here = () => document.activeElement.closest?.(".desk-card");

function move(step) {
  const all = cards();
  const next = all[Math.max(0, all.indexOf(here()) + step)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// A card in focus is meant; without one, what was done last.
function undo() {
  const own = here()?.querySelector("[data-key=u]");
  const batch = document.querySelector("#batch [data-key=u]");
  (own ?? batch ?? document.querySelector(`#${undo.last} [data-key=u]`))?.click();
}
undo.last = "none";

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const card = ctx.sourceElement?.closest?.(".desk-card");
  if (card && ctx.request.method === "POST" && ctx.response?.status === 200) undo.last = card.id;
});

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  u: undo,
  "/": () => document.getElementById("search-q").focus(),
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]")) return;
  if (!document.getElementById("queue")) return;
  const act = ACTS[event.key] ?? (/^[adsxboe]$/.test(event.key) && (() => press(event.key)));
  if (!act) return;
  event.preventDefault();
  act();
});

function press(key) {
  here()?.querySelector(`[data-key=${key}]`)?.click();
}
