// A form with a text in it outlives the comment that it stands under, and the focus goes on from where that was.
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  for (const { target, swapSpec } of tasks) {
    if (swapSpec.style !== "delete" || !target?.querySelector) continue;
    const form = target.querySelector("#comment-form, #edit-form");
    if (form?.elements.body.value && form !== ctx.sourceElement) keep(form, target);
    if (target.contains(document.activeElement)) goOn(target);
  }
});

function goOn(gone) {
  const left = [...document.querySelectorAll("#thread .comment")].filter((one) => !gone.contains(one));
  const isBehind = (one) => gone.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  const next = left.find(isBehind) ?? left.at(-1);
  next?.setAttribute("tabindex", "-1");
  next?.focus({ preventScroll: true });
}

function keep(form, gone) {
  const focused = form.contains(document.activeElement) && document.activeElement;
  const notice = document.createElement("span");
  notice.className = "notice";
  notice.setAttribute("role", "status");
  notice.textContent = "This comment has just been removed. Your text stays here, so that you can copy it.";
  form.querySelector(".acts").replaceChildren(notice);
  // What was taken down is not read in its quotation either.
  form.querySelector(".answered")?.remove();
  // A branch without replies is not shown.
  const branch = gone.closest(".branch");
  (branch?.querySelectorAll(".comment").length === 1 ? branch : gone).before(form);
  if (focused) focused.focus({ preventScroll: true });
}
