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
  // A branch without replies is not shown.
  const branch = gone.closest(".branch");
  (branch?.querySelectorAll(".comment").length === 1 ? branch : gone).before(form);
  if (focused) focused.focus({ preventScroll: true });
}

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
