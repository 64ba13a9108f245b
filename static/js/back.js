// Back and forward show the page of the address they lead to, whole. The library's own way is not taken: of quick
// presses it drops the last, and one that comes before it has begun is lost.
const address = () => location.href.split("#")[0];

async function show() {
  const wanted = address();
  const text = await (await fetch(wanted)).text();
  // Gone on meanwhile: whoever asked last shows what is wanted now.
  if (wanted !== address()) return;
  const target = document.body;
  await htmx.swap({ text, target, sourceElement: target, swap: "outerSync" });
  htmx.trigger(document, "restored");
}

const restore = () => show().catch(() => htmx.trigger(document, "htmx:error", { ctx: {} }));

document.addEventListener("htmx:before:history:restore", (event) => {
  event.preventDefault();
  restore();
});

// Behind the library's own start: until then nobody heard of a press.
setTimeout(() => {
  const loaded = performance.getEntriesByType("navigation")[0]?.name.split("#")[0];
  if (loaded && loaded !== address()) restore();
});
