async function i(r,a){let o=a.filter(e=>e.unread.peek()>0||e.reading.mentions.count.peek()>0),t=async()=>{for(let e=o.shift();e;e=o.shift())await n(r,e)};await Promise.all(Array.from({length:4},t))}async function n({api:r},a){let{end:o}=a.reading;a.reading.heardRead({...o,...await r.markRead(a.id,o.number),number:o.number})}export{i as a};
//end
