// Keeps what was typed, and tells when an act did not reach the site. The page stays as it is then.
const say = (text) => {
  // Looked up each time: going back replaces the whole body.
  document.getElementById("announcer").textContent = text;
};

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.request.method === "POST") say("");
});

document.addEventListener("htmx:config:request", (event) => {
  const form = document.getElementById("comment-form");
  if (!event.detail.ctx.sourceElement.matches(".post-link a") || !form?.closest("#compose")) return;
  // A second form would take the place of the first and of the text in it.
  event.preventDefault();
  form.elements.body.focus();
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  say("The site could not be reached. Nothing is lost: please try again.");
});

document.addEventListener("htmx:before:swap", (event) => {
  const { response, text } = event.detail.ctx;
  // What comes on the stream answers no request, and the page that one goes back to is asked for elsewhere.
  if (!response) return;
  const isWholePage = /^\s*<(!doctype|html)\b/i.test(text);
  // A broken site, a proxy and the sign-in page answer with pages of their own: they must not stand where a form stood.
  if (response.status < 500 && !isWholePage) return;
  event.preventDefault();
  say(
    response.raw.redirected
      ? "You are signed out. Nothing is lost: sign in again on another tab, then try once more."
      : "The site could not do this just now. Nothing is lost: please try again.",
  );
});
