// The account menu closes by Escape, by a click elsewhere, or when focus leaves
// it. Without JavaScript it closes by its own button.
const menus = document.querySelectorAll("details.account");

for (const menu of menus) {
  menu.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (e) => {
    if (e.relatedTarget && !menu.contains(e.relatedTarget)) menu.open = false;
  });
}

document.addEventListener("click", (e) => {
  for (const menu of menus) if (!menu.contains(e.target)) menu.open = false;
});

// A drawing that is wider than the window begins where its own box is.
for (const own of document.querySelectorAll(".scroll svg .on")) {
  const box = own.closest(".scroll"), at = own.getBoundingClientRect(), around = box.getBoundingClientRect();
  box.scrollLeft = at.left + at.width / 2 - around.left - around.width / 2;
}
