// Long work followed from its page: <div data-progress="address" data-every="2">
// asks for {"percent": 42, "text": "4 200 lignes", "done": false} and loads the
// page again when it is done. Without JavaScript the page is reloaded by hand.
async function ask(box) {
  const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const state = await answer.json();
  const bar = box.querySelector("progress");
  const text = box.querySelector("[role=status]");
  if (bar && Number.isFinite(state.percent)) bar.value = state.percent;
  if (text && state.text && text.textContent !== state.text) text.textContent = state.text;
  return state.done === true;
}

async function follow(box) {
  let wait = 1000 * (Number(box.dataset.every) || 2);
  for (;;) {
    await new Promise((go) => setTimeout(go, wait));
    if (document.hidden) continue;
    try {
      if (await ask(box)) return location.reload();
    } catch {
      wait = Math.min(wait * 2, 60000); // the server is busy: ask less often
    }
  }
}

for (const box of document.querySelectorAll("[data-progress]")) follow(box);
