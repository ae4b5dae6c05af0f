// What scrolls by itself can be reached with the keyboard, in every browser.
'use strict';

(() => {
  const wide = document.querySelectorAll('main pre > code, main .table-wrapper');
  const update = () => wide.forEach(element => {
    element.tabIndex = element.scrollWidth > element.clientWidth ? 0 : -1;
  });
  window.addEventListener('load', update);
  window.addEventListener('resize', update);
})();
