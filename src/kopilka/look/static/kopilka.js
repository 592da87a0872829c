// Kopilka's small script: theme, language, menus, dialogs, copying, busy forms, toasts, keys. Pages work without it.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const remember = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  };

  // Theme: the server writes data-theme from the cookie, so a page never flashes; "auto" follows the system.
  const setTheme = (theme) => {
    remember("kopilka_theme", theme);
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of all("[data-set-theme]")) button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
  };

  const toast = (text, tone = "good") => {
    const shelf = document.getElementById("toasts");
    const template = document.getElementById("toast-template");
    if (!shelf || !template) return;
    const item = template.content.firstElementChild.cloneNode(true);
    item.classList.add(`tone-${tone}`);
    item.querySelector("[data-toast-text]").textContent = text;
    const use = item.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, tone === "bad" ? "#bad" : "#good"));
    shelf.append(item);
    fade(item);
  };
  const fade = (item) => {
    const leave = () => {
      item.classList.add("leaving");
      setTimeout(() => item.remove(), 250);
    };
    let timer = setTimeout(leave, 6000);
    item.addEventListener("mouseenter", () => clearTimeout(timer));
    item.addEventListener("mouseleave", () => { timer = setTimeout(leave, 2000); });
    item.querySelector("[data-close-toast]")?.addEventListener("click", leave);
  };

  const copy = async (button) => {
    const source = button.dataset.copy || document.getElementById(button.dataset.copyFrom)?.textContent || "";
    try {
      await navigator.clipboard.writeText(source.trim());
      toast(button.dataset.copied || "✓");
    } catch {
      const target = document.getElementById(button.dataset.copyFrom);
      if (target) getSelection()?.selectAllChildren(target);
    }
  };

  const openDialog = (id) => {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  };
  const closeMenus = (except) => {
    for (const menu of all("details.menu[open]")) if (menu !== except) menu.open = false;
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-set-theme],[data-lang],[data-copy],[data-copy-from],[data-dialog],[data-close],[data-digit],[data-print]");
    closeMenus(event.target.closest?.("details.menu"));
    if (event.target instanceof HTMLDialogElement && !event.target.hasAttribute("data-stay")) event.target.close();
    if (!target) return;
    const data = target.dataset;
    if (data.setTheme) setTheme(data.setTheme);
    else if (data.lang) remember("kopilka_lang", data.lang); // the link itself asks the server for the language
    else if ("copy" in data || "copyFrom" in data) copy(target);
    else if (data.dialog) { event.preventDefault(); openDialog(data.dialog); }
    else if ("close" in data) { event.preventDefault(); target.closest("dialog")?.close(); }
    else if (data.digit) press(target);
    else if ("print" in data) window.print();
  });

  // Keypad: digits go into the field that the pad names, as if typed.
  const press = (key) => {
    const field = document.getElementById(key.closest("[data-keypad]").dataset.keypad);
    if (!field) return;
    field.value = key.dataset.digit === "back" ? field.value.slice(0, -1) : field.value + key.dataset.digit;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // A form that is on its way cannot be sent twice; the page coming back from history is awake again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    form.setAttribute("aria-busy", "true");
    const button = event.submitter || form.querySelector("button[type=submit]");
    if (button) button.classList.add("busy");
  });
  addEventListener("pageshow", () => {
    for (const form of all("form[aria-busy]")) form.removeAttribute("aria-busy");
    for (const button of all("button.busy")) button.classList.remove("busy");
  });

  // Forms that filter send themselves when a choice changes.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-autosubmit]");
    if (form) form.requestSubmit();
  });

  // Phones: "8 916…" becomes "+7 916…" as it is typed, grouped for reading; the server reads either.
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset?.phone === undefined || field.selectionStart !== field.value.length) return;
    let digits = field.value.replace(/\D/g, "");
    if (digits.length === 11 && digits[0] === "8" && !field.value.startsWith("+")) digits = `7${digits.slice(1)}`;
    if (digits[0] !== "7" || digits.length > 11) return;
    const cut = (from, to) => digits.slice(from, to);
    field.value = [`+${cut(0, 1)}`, cut(1, 4), cut(4, 7), [cut(7, 9), cut(9, 11)].filter(Boolean).join("-")].filter(Boolean).join(" ");
  });

  // Keys: data-key="F2" on a button or link presses it; "/" goes to the search; Escape closes menus.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches?.("input,textarea,select,[contenteditable]");
    if (typing && event.key.length === 1) return;
    const dialog = document.querySelector("dialog[open]");
    const button = all("[data-key]", dialog || document).find((item) => item.dataset.key === event.key && !item.disabled && item.offsetParent);
    if (!button || (typing && event.key === "Enter")) return;
    event.preventDefault();
    if (button.matches("input,select,textarea")) button.focus();
    else button.click();
  });

  for (const item of all("#toasts > *")) fade(item);
  for (const dialog of all("dialog[data-open]")) dialog.showModal();
  window.kopilka = { toast, setTheme };
})();
