import{a as o}from"./part-chunk-5EQRQRUM.js";import"./part-chunk-5JCUKYMI.js";export{o as readRooms};
