// Pages are the same for everybody and hold no token: the first small act on a page fetches one.
const place = () => document.getElementById("token");

document.addEventListener("htmx:config:request", (event) => {
  const { request, sourceElement, sourceEvent } = event.detail.ctx;
  if (request.method !== "POST" || request.body.has("csrf_token")) return;
  const token = place().textContent;
  if (token) {
    request.body.set("csrf_token", token);
    return;
  }
  event.preventDefault();
  const submitter = sourceEvent.submitter;
  htmx.ajax("GET", place().dataset.from, place()).then(() => {
    if (place().textContent) sourceElement.requestSubmit(submitter);
  });
});

document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status === 403) place().textContent = "";
});
