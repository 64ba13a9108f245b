// What is changed in a comment has no draft: nothing takes its place before it is saved or cancelled.
document.addEventListener("htmx:config:request", (event) => {
  const slot = event.detail.ctx.sourceElement.getAttribute("hx-target") ?? "";
  const body = slot.startsWith("#slot-") && document.querySelector(`${slot} #edit-form`)?.elements.body;
  if (!body || body.value === body.defaultValue) return;
  event.preventDefault();
  body.focus();
});

// The second half of a double click would send the empty form that has just taken the place of the one that was sent.
let posted = -Infinity;

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status === 201 && ctx.sourceElement.id === "comment-form") posted = performance.now();
});

document.addEventListener(
  "submit",
  (event) => {
    const { id, elements } = event.target;
    if (id !== "comment-form" || elements.body.value || performance.now() - posted > 1000) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
