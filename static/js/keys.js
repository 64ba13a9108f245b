// j and k move through the comments, r replies, ? tells. Never while somebody types, and they can be turned off.
const OFF = "keys off";

// Where nothing may be stored they are on, and cannot be turned off for longer than a page.
let isOff = false;
try {
  isOff = Boolean(localStorage.getItem(OFF));
} catch {}

function turn(off) {
  isOff = off;
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {}
}

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
  if (event.ctrlKey || event.metaKey || event.altKey || isOff) return;
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
  use.checked = !isOff;
  use.onchange = () => turn(!use.checked);
}

document.addEventListener("restored", offer);
offer();
