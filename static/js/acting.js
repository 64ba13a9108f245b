// What this page does itself is put in place first: the stream may tell of it sooner than its answer comes, and would
// take away what the answer is for.

// How long an answer takes to be put in place, and how long the stream waits for one at most.
const IN_PLACE = 200;
const LONGEST = 5_000;

let acting = null;

const rest = (time) => new Promise((done) => setTimeout(done, time));

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "POST") return;
  const ask = ctx.fetch;
  ctx.fetch = (...asked) => {
    const answer = ask(...asked);
    const inPlace = answer.catch(() => {}).then(() => rest(IN_PLACE));
    acting = Promise.race([inPlace, rest(LONGEST)]);
    return answer;
  };
});

document.addEventListener("coming", ({ detail }) => {
  detail.ready = Promise.all([detail.ready, acting]);
});
