import{a as o}from"./part-chunk-2WLTCMW3.js";import"./part-chunk-ZH7QOZKA.js";export{o as readRooms};
