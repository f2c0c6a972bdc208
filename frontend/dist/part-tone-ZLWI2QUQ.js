import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-ZH7QOZKA.js";export{o as sound};
