import{a as o}from"./part-chunk-2WLTCMW3.js";import"./part-chunk-KO5IDOHW.js";export{o as readRooms};
