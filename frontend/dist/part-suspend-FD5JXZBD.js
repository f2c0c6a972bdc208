import{a as o}from"./part-chunk-PS2QZECX.js";import"./part-chunk-QXK6UM42.js";import"./part-chunk-QQYOKIWA.js";import"./part-chunk-V4QN5XHO.js";import"./part-chunk-AB7BKZH4.js";import"./part-chunk-6VQFA3QV.js";import"./part-chunk-A7EOZLKD.js";import"./part-chunk-2OUP5RUU.js";import"./part-chunk-AFYOBIGB.js";import"./part-chunk-BN7ZO52H.js";export{o as SuspendDialog};
//end
