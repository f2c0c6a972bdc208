import{a as o}from"./part-chunk-5EQRQRUM.js";import"./part-chunk-LWFW67MO.js";export{o as readRooms};
