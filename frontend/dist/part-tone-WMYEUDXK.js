import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-ZI7WG5BS.js";export{o as sound};
