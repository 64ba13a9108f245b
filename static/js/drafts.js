// Keeps what is being written through reloads, crashes and refusals, one draft for each article and parent.
const FIELDS = ["body", "author", "email"];

const keyOf = (form) => `draft ${new URL(form.action).pathname} ${form.elements.parent_id?.value ?? ""}`;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, draft) {
  try {
    if (draft) localStorage.setItem(key, JSON.stringify(draft));
    else localStorage.removeItem(key);
  } catch {} // Storage is full or forbidden: the page works without drafts.
}

function save(form) {
  const draft = Object.fromEntries([...FIELDS, "submission_id"].map((name) => [name, form.elements[name].value]));
  write(keyOf(form), draft.body ? draft : null);
}

function restore(form) {
  if (!form || "ownId" in form.dataset) return;
  form.dataset.ownId = form.elements.submission_id.value;
  if (form.elements.body.value) return save(form);
  const draft = read(keyOf(form));
  if (!draft?.body) return;
  // It may have arrived although its answer was lost: sent as the same again, it is not posted twice.
  if (draft.submission_id) form.elements.submission_id.value = draft.submission_id;
  for (const name of FIELDS) if (!form.elements[name].value) form.elements[name].value = draft[name] ?? "";
  const note = document.createElement("p");
  note.className = "hint draft-note";
  note.setAttribute("role", "status");
  note.textContent = "Draft restored.";
  form.elements.body.after(note);
  form.elements.body.dispatchEvent(new Event("input", { bubbles: true }));
}

const restoreAll = () => restore(document.getElementById("comment-form"));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#comment-form");
  if (!form) return;
  // What is written after all was taken out is another comment.
  if (!form.elements.body.value && form.dataset.ownId) form.elements.submission_id.value = form.dataset.ownId;
  save(form);
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const posted = ctx.request.method === "POST" && [200, 201].includes(ctx.response.status);
  if (posted && ctx.sourceElement.id === "comment-form") write(keyOf(ctx.sourceElement), null);
});

document.addEventListener("htmx:after:swap", restoreAll);
restoreAll();
