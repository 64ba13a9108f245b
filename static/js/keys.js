// j and k move through the comments, r replies, ? tells. Never while somebody types, and they can be turned off.
const OFF = "keys off";
const help = () => document.getElementById("keys");

function move(step) {
  const comments = [...document.querySelectorAll("#thread .comment")].filter((one) => one.checkVisibility());
  const here = comments.indexOf(document.activeElement.closest?.(".comment"));
  const next = comments[Math.max(0, here + step)];
  if (!next) return;
  next.setAttribute("tabindex", "-1");
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  r: () => document.activeElement.closest?.(".comment")?.querySelector(".reply")?.click(),
  "?": () => help()?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
  if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
  const act = ACTS[event.key];
  if (!act || !document.getElementById("thread")) return;
  event.preventDefault();
  act();
});

function offer() {
  const opener = document.getElementById("keys-help");
  if (!opener) return;
  opener.hidden = false;
  opener.onclick = ACTS["?"];
  const use = document.getElementById("keys-use");
  use.checked = !localStorage.getItem(OFF);
  use.onchange = () => (use.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
}

document.addEventListener("restored", offer);
offer();
