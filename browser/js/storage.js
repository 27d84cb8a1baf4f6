A.readStorage = () => Object.keys(localStorage).map((name) => ({ name, value: localStorage.getItem(name) ?? '' }));
A.writeStorage = (items) => { for (const { name, value } of items) localStorage.setItem(name, value); return items.length; };
