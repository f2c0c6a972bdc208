import{a as o}from"./part-chunk-2WLTCMW3.js";import"./part-chunk-2POIZL3L.js";export{o as readRooms};
