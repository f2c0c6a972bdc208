import{a as o}from"./part-chunk-5EQRQRUM.js";import"./part-chunk-2Z5ZRQJY.js";export{o as readRooms};
