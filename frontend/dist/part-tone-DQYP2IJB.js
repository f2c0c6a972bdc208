import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-NSL7CDRQ.js";export{o as sound};
