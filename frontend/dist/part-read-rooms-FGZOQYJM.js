import{a as o}from"./part-chunk-5EQRQRUM.js";import"./part-chunk-FUKNMWQM.js";export{o as readRooms};
