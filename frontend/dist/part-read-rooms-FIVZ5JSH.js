import{a as o}from"./part-chunk-2XOMMA4C.js";import"./part-chunk-6QWHNS3A.js";export{o as readRooms};
//end
