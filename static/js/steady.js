// Where somebody types stays where it is on the screen, whatever comes in above it.
let place = null;

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const field = ctx.sourceElement?.id === "live" && document.activeElement?.closest("textarea, input");
  place = field ? { field, top: field.getBoundingClientRect().top } : null;
});

document.addEventListener("htmx:after:swap", () => {
  if (!place?.field.isConnected) return;
  scrollBy({ top: place.field.getBoundingClientRect().top - place.top, behavior: "instant" });
  place = null;
});
