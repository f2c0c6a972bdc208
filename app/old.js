// Leads browsers from before 2023 to the page without scripts, unless they were told to stay. It must run in all of them,
// so it is written as in 1999. What it asks for came with Chrome 111, Firefox 115 and Safari 16.2,
// for which the page is built.
(function () {
  var base = document.documentElement.getAttribute('data-base') || '';
  function told() {
    var full = /[?&]full(=|&|$)/.test(location.search);
    try {
      if (full) sessionStorage.setItem('chatd-full' + base, '1');
      return full || sessionStorage.getItem('chatd-full' + base) === '1';
    } catch (e) {
      return full;
    }
  }
  function fits() {
    return (
      'noModule' in document.createElement('script') &&
      typeof Array.prototype.toSorted === 'function' &&
      CSS.supports('color', 'color-mix(in oklab, red, blue)')
    );
  }
  if (!fits() && !told()) {
    location.replace(base + '/plain?why=old&from=' + encodeURIComponent(location.pathname.slice(base.length)));
  }
})();
