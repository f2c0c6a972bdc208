import"./part-chunk-5JCUKYMI.js";
