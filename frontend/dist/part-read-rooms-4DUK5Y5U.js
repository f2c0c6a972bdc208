import{a as o}from"./part-chunk-5EQRQRUM.js";import"./part-chunk-PUTDRGSF.js";export{o as readRooms};
