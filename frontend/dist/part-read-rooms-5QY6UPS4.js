import{a as o}from"./part-chunk-2XOMMA4C.js";import"./part-chunk-BN7ZO52H.js";export{o as readRooms};
//end
