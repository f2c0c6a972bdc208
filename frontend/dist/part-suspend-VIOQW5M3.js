import{a}from"./part-chunk-U2T62WM5.js";import"./part-chunk-SPUYHEKR.js";import"./part-chunk-KXSMSUOO.js";import"./part-chunk-4HK5G32F.js";export{a as SuspendDialog};
