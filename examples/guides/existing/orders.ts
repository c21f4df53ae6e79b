// What the app had before anything of it was live.
export const orders = [{ dish: 'Soup', price: 6 }];

export function takeOrder({ dish, price }: { dish?: string; price?: string }) {
  const order = { dish: String(dish).slice(0, 40), price: Number(price) || 0 };
  if (orders.push(order) > 1_000) orders.shift(); // a database would keep them
  return order;
}
