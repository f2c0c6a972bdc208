import{o as n}from"./part-chunk-4HK5G32F.js";var o=n(null),e=n(0),l=o,u=e;function p(t){o.value=t}function a(){e.value++}export{l as a,u as b,p as c,a as d};
