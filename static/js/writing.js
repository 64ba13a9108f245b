// Small comforts of the form: room left, Ctrl+Enter, Write and Preview, Cancel, and never two forms at once.
const MOST = 10000;
const NEAR = 9000;

document.addEventListener("input", ({ target }) => {
  if (target.name !== "body" || !target.closest(".comment-form")) return;
  let room = target.parentElement.querySelector(".room");
  const left = MOST - [...target.value].length;
  if (!room) {
    if (MOST - left < NEAR) return;
    room = document.createElement("p");
    room.className = "hint room";
    room.setAttribute("role", "status");
    target.after(room);
  }
  room.textContent = MOST - left < NEAR ? "" : left < 0 ? `${-left} characters too many` : `${left} characters left`;
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".comment-form");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".acts button"));
  }
});

document.addEventListener("click", (event) => {
  const write = event.target.closest?.("[data-write]");
  if (write) {
    const form = write.closest("form");
    form.querySelector(".preview-pane").replaceChildren();
    write.hidden = true;
    form.elements.body.focus();
  }
  const slot = event.target.closest?.("[data-cancel]")?.closest(".slot");
  if (slot) {
    event.preventDefault();
    slot.replaceChildren();
    slot.closest(".comment")?.querySelector(".reply")?.focus();
  }
});

document.addEventListener("htmx:after:swap", () => {
  for (const pane of document.querySelectorAll(".preview-pane:not(:empty)")) {
    pane.closest("form").querySelector("[data-write]").hidden = false;
  }
});

// The draft of the form that goes is kept, and comes back when that form is opened again.
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  const open = document.getElementById("comment-form");
  const brings = tasks.some((task) => task.fragment.querySelector?.("#comment-form"));
  if (open && brings && ctx.sourceElement !== open) open.remove();
});
