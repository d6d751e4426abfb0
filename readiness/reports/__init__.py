"""The county report: frozen values, collected once, that page, PDF, XLSX, CSV and JSON all render."""
