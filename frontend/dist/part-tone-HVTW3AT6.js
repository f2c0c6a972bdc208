import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-2POIZL3L.js";export{o as sound};
