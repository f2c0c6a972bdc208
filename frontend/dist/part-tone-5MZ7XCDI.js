import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-4GTB4XLX.js";export{o as sound};
