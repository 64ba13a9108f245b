// What is of use only when somebody writes comes when a reader first acts or a first comment comes in, and is there
// before anything is put into the page.
const parts = () => [...(document.getElementById("more")?.content.children ?? [])];

const load = (part) =>
  new Promise((done) => {
    const copy = part.cloneNode();
    copy.onload = () => done(part.remove());
    // The answer is of use without it too, and the next one asks for it again.
    copy.onerror = () => done(copy.remove());
    document.head.append(copy);
  });

let loading;

function rest() {
  loading ??= Promise.all(parts().map(load)).finally(() => {
    loading = null;
  });
  return loading;
}

document.addEventListener("coming", ({ detail }) => {
  detail.ready = rest();
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const ask = ctx.fetch;
  ctx.fetch = async (...asked) => {
    const [answer] = await Promise.all([ask(...asked), rest()]);
    return answer;
  };
});
