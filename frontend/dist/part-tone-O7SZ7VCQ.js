import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-JJ73MIIU.js";export{o as sound};
