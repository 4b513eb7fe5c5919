import { useEffect, useRef } from "react";
import { mount } from "@spanbook/widget";

export function Explorer({ source }) {
  const host = useRef(null);
  useEffect(() => mount(host.current, source), [source]);
  return <div ref={host} />;
}
