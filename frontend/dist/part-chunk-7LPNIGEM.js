function l(n,...s){let r=e(s.join(" ")).split(/[\s.,_-]+/u),t=e(s.join(" "));return e(n).split(/\s+/u).every(o=>o===""||r.some(i=>i.startsWith(o))||t.includes(o))}function e(n){return n.normalize("NFKD").replace(new RegExp("\\p{M}","gu"),"").toLocaleLowerCase().trim()}export{l as a};
//end
