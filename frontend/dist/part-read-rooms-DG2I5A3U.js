import{a as o}from"./part-chunk-2WLTCMW3.js";import"./part-chunk-ZI7WG5BS.js";export{o as readRooms};
