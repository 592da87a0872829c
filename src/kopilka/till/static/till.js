// The till's script: sends the form as it changes and puts the answer in place; a sale whose reply was lost is sent again
// as it was, with the same receipt number, so that it is never booked twice. The page works without it.
(() => {
  "use strict";
  const WAITING = "kopilka-till-close";
  const PAUSE = 220;
  let running = null; // the request that may still be overtaken by a newer one
  let timer = 0;
  let closing = false;
  const form = () => document.getElementById("till");
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  const online = (connected) => {
    const place = document.getElementById("till-online");
    if (!place || (place.dataset.state || "back") === (connected ? "back" : "lost")) return;
    place.dataset.state = connected ? "back" : "lost";
    window.kopilka.toast(connected ? place.dataset.back : place.dataset.lost, connected ? "good" : "bad");
    place.firstElementChild.className = `online tone-${connected ? "good" : "bad"}`;
  };

  const post = (body, signal) => fetch("/till", {
    method: "POST", body, signal, credentials: "same-origin",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });

  const content = (submitter) => {
    const data = new FormData(form());
    if (submitter?.name) data.append(submitter.name, submitter.value);
    return new URLSearchParams(data).toString();
  };

  // Puts the parts of an answered page in place and keeps the cashier where they were typing.
  const show = async (response) => {
    if (response.redirected || response.status === 401) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.querySelector(".till-main")) { document.documentElement.replaceWith(document.adoptNode(page.documentElement)); return; }
    const active = document.activeElement;
    const at = active?.id;
    const place = at && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
    for (const part of [".till-main", ".till-keys"]) document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
    const wanted = document.querySelector("[data-focus]");
    const again = wanted || (at && document.getElementById(at));
    if (!again) return;
    again.focus();
    if (again === wanted && again.select) again.select();
    else if (place && again.setSelectionRange && again.type !== "radio") again.setSelectionRange(...place);
  };

  // A question or a small deed: the newest wins, stale ones are dropped.
  const ask = async (submitter) => {
    clearTimeout(timer);
    running?.abort();
    const mine = running = new AbortController();
    try {
      const response = await post(content(submitter), mine.signal);
      online(true);
      if (mine === running) await show(response);
    } catch (error) {
      if (error.name !== "AbortError") { online(false); if (mine === running) timer = setTimeout(() => ask(submitter), 2000); }
    }
  };

  // Closing: kept until an answer came, over reloads too.
  const close = async (body) => {
    if (closing) return;
    closing = true;
    running?.abort();
    running = null;
    clearTimeout(timer);
    sessionStorage.setItem(WAITING, body);
    for (let tries = 0; ; tries += 1) {
      try {
        const response = await post(body);
        if (response.status >= 500) throw new Error("busy");
        online(true);
        sessionStorage.removeItem(WAITING);
        closing = false;
        await show(response);
        return;
      } catch {
        online(false);
        await wait(Math.min(1000 * 2 ** Math.min(tries, 3), 8000));
      }
    }
  };

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "till") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    if (closing) return;
    if (submitter?.value === "close") {
      if (submitter.classList.contains("busy")) return;
      submitter.classList.add("busy");
      close(content(submitter));
    } else ask(submitter);
  }, true);

  document.addEventListener("input", (event) => {
    if (event.target.form?.id !== "till" || closing) return;
    if (["find", "name", "new_price", "new_count", "consent"].includes(event.target.name)) return;
    clearTimeout(timer);
    running?.abort();
    timer = setTimeout(() => ask(null), event.target.type === "radio" ? 0 : PAUSE);
  });

  const submit = (deed) => {
    const button = document.createElement("button");
    button.type = "submit";
    button.name = "do";
    button.value = deed;
    button.hidden = true;
    form().append(button);
    form().requestSubmit(button);
    button.remove();
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key === "Enter" && field.form?.id === "till" && field.matches("input:not([type=radio])")) {
      event.preventDefault();
      const deeds = { find: "find", "enrol-name": "enrol", goods: "add", new_price: "add", new_count: "add" };
      submit(deeds[field.id] || "count");
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const found = [...document.querySelectorAll(".till-found button")];
      if (!found.length) return;
      event.preventDefault();
      const next = found.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (found[next] || document.getElementById("goods")).focus();
    }
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-jump],[data-spend],[data-clear],[data-print]");
    if (!target) return;
    const data = target.dataset;
    if (data.jump) document.getElementById(data.jump)?.focus();
    else if ("print" in data) window.print();
    else if ("spend" in data) {
      const order = ["none", "max", "amount"].map((value) => document.getElementById(`spend-${value}`)).filter(Boolean);
      const next = order[(order.findIndex((radio) => radio.checked) + 1) % order.length];
      if (next) { next.checked = true; ask(null); }
    } else if (data.clear && document.querySelector(".till-lines") && !confirm(data.clear)) event.preventDefault();
  });

  document.querySelector("[data-focus]")?.focus();
  const waiting = sessionStorage.getItem(WAITING);
  if (waiting && form()) close(waiting);
})();
