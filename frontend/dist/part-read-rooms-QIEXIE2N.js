import{a as o}from"./part-chunk-2XOMMA4C.js";import"./part-chunk-N3CO2LEM.js";export{o as readRooms};
//end
