// While a request is typed, parts of its page are filled in by the server: what is open from the same number, and how
// many neighbours could do it. The page says the same without this file, once the request is read back. And it says how
// long the call has taken, from the first key on: no limit, a goal.
"use strict";

const pauseMs = 400; // after the last key

for (const part of document.querySelectorAll("[data-look]")) {
  const form = part.closest("form");
  const names = part.dataset.of.split(" ");
  let waiting = 0;
  let asked = null;
  let said = "";

  const typed = () => JSON.stringify([...new FormData(form)].filter(([name]) => names.includes(name)));
  let latest = typed();

  async function look() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(part.dataset.look, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      const words = (await answer.text()).trim();
      if (words !== said) part.innerHTML = said = words;
    } catch {
      // Typed on, or no signal: it is said when the request is read back.
    }
  }

  function soon() {
    if (typed() === latest) return;
    latest = typed();
    clearTimeout(waiting);
    waiting = setTimeout(look, pauseMs);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}

const timer = document.querySelector("[data-timer]");
const began = `began ${timer.closest(".gn-call").querySelector("input[name=key]").value}`; // the same when it is read back

function showTime() {
  const since = Number(sessionStorage.getItem(began));
  if (!since) return;
  const seconds = Math.floor((Date.now() - since) / 1000);
  timer.textContent = `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s on this request`;
}

document.addEventListener("keydown", () => {
  if (!sessionStorage.getItem(began)) sessionStorage.setItem(began, String(Date.now()));
});
showTime();
setInterval(showTime, 1000);
