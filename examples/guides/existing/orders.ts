// What the app had before anything of it was live.
export const orders = [{ dish: 'Soup', price: 6 }];

export function takeOrder({ dish, price }: { dish?: string; price?: string }) {
  const order = { dish: String(dish).slice(0, 40), price: Number(price) || 0 };
  orders.push(order);
  return order;
}
