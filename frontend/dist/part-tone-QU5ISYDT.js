import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-GURTL57B.js";export{o as sound};
