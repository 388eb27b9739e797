// Every page works without this file. It moves the eye to what went wrong, stops a double press from
// sending a form twice, keeps what was pressed without a signal until it can be sent, and keeps a page that is
// waiting for news up to date.
"use strict";

const summary = document.querySelector(".govuk-error-summary");
if (summary) summary.focus();

// What is pressed where there is no signal is kept until the tab is closed, is said to be not sent yet, and is sent
// by the browser itself as soon as we can be reached.
const KEPT = "kept";
const lookAgainMs = 5000;

async function canReachUs() {
  if (!navigator.onLine) return false;
  try {
    await fetch(document.styleSheets[0].href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(4000) });
    return true;
  } catch {
    return false;
  }
}

function sayNotSent(form) {
  let note = document.querySelector(".gn-unsent");
  if (!note) {
    note = document.createElement("p");
    note.className = "gn-unsent";
    note.setAttribute("role", "status");
    const bar = form.closest(".gn-bar__in, .gn-stack");
    (bar || form).before(note);
  }
  note.textContent = `Not sent yet: ${form.dataset.keeps}. There is no signal. Keep this page open, and we send it when there is.`;
}

async function sendKept(form) {
  if (sessionStorage.getItem(KEPT) !== form.action) return;
  if (await canReachUs()) {
    sessionStorage.removeItem(KEPT);
    form.submit();
  } else {
    sayNotSent(form);
    setTimeout(() => sendKept(form), lookAgainMs);
  }
}

for (const form of document.querySelectorAll("form[data-keeps]")) sendKept(form);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.keeps) {
    event.preventDefault();
    const isBeingSent = sessionStorage.getItem(KEPT) === form.action;
    sessionStorage.setItem(KEPT, form.action);
    if (!isBeingSent) sendKept(form);
    return;
  }
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 2000) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = String(Date.now());
});

// Leave at once, and without a trace in the list of pages to go back to.
for (const way of document.querySelectorAll("[data-leave]")) {
  way.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    window.location.replace(way.href);
  });
}

// A page brought back by the Back button may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const fresh = document.querySelector("[data-refresh-seconds]");
if (fresh) {
  const pause = document.createElement("button");
  pause.type = "button";
  pause.className = "gn-plain";
  pause.textContent = "Stop this page updating";
  fresh.append(" ", pause);
  let running = true;
  pause.addEventListener("click", () => {
    running = !running;
    pause.textContent = running ? "Stop this page updating" : "Keep this page updating";
  });
  const isBusy = () => {
    const active = document.activeElement;
    return active && active !== document.body && active !== pause;
  };
  setInterval(() => {
    if (running && !document.hidden && !isBusy()) window.location.reload();
  }, Number(fresh.dataset.refreshSeconds) * 1000);
}
