import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-LWFW67MO.js";export{o as sound};
