import{a as o}from"./part-chunk-2WLTCMW3.js";import"./part-chunk-4GTB4XLX.js";export{o as readRooms};
